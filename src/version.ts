/** The tool as bundles and results name it; the version is package.json's. */
export const tool = { name: 'profbound', version: '0.1.0' } as const;
