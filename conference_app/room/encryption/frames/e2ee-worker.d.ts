/** The package names a declaration for its worker that it does not bring along (2.23.0). */
declare module "livekit-client/e2ee-worker";
