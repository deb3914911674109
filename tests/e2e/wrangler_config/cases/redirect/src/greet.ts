export const greet = (name: string): string => name;
