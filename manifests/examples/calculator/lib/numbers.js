// The parameters a and b as whole numbers, or null if one is missing.
export function numbers(parameters) {
  const values = ["a", "b"].map((name) => Number.parseInt(parameters.get(name), 10));
  return values.some(Number.isNaN) ? null : values;
}
