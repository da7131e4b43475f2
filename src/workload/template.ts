/** `${PORT}` and `${SECONDS}` in commands, URLs and patterns. */

export type TemplateValues = Readonly<Record<string, string>>;

/**
 * Fills in the values that are known. Every other `${NAME}` stays as it is: a command's shell expands it.
 */
export function fillTemplate(text: string, values: TemplateValues): string {
  return text.replace(/\$\{([A-Z]+)\}/g, (written, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string) : written,
  );
}
