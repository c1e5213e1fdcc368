/** What can be open beside the stage. */
export type Panel = "chat" | "people" | "more" | null;
