/** What is open beside the stage: a tool by its id, the devices and all else under `MORE`, or nothing. */
export type Panel = string | null;

export const MORE = "more";
