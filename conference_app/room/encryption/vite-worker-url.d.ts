/** Vite's address of a worker's own bundle. */
declare module "*?worker&url" {
  const url: string;
  export default url;
}
