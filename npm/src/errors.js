/** Whether something that was thrown is an error of this package. */
export function isNetpolisError(error) {
  return error instanceof Error && error.name === "NetpolisError";
}

/** An error as the engine throws them: an `Error` with a code. */
export function netpolisError(code, message, more) {
  return Object.assign(new Error(message), { name: "NetpolisError", code }, more);
}
