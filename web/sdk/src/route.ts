/** The path; of a hash router, the one behind the `#`. */
export const route = (): string => (location.hash[1] == "/" ? location.hash.slice(1) : location.pathname).slice(0, 400);
