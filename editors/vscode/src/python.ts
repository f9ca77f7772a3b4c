/** The interpreter that the Python extension has chosen. That extension is optional, so its interface is stated here. */

import { extensions, type LogOutputChannel, type Uri } from 'vscode';

interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(): { readonly path: string };
    resolveEnvironment(environment: { readonly path: string }): Promise<
      { readonly executable: { readonly uri?: Uri } } | undefined
    >;
  };
}

/** Absolute path of the interpreter; undefined without the extension or when it cannot tell. */
export async function pythonExtensionInterpreter(log: LogOutputChannel): Promise<string | undefined> {
  const extension = extensions.getExtension<PythonApi>('ms-python.python');
  if (extension === undefined) return undefined;
  try {
    const environments = (await extension.activate()).environments;
    const resolved = await environments?.resolveEnvironment(environments.getActiveEnvironmentPath());
    return resolved?.executable.uri?.fsPath;
  } catch (error) {
    log.warn(`The Python extension did not tell its interpreter: ${String(error)}`);
    return undefined;
  }
}
