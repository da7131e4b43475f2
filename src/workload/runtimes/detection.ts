/** What a program runs on, told by the command that starts it. */
import type { RuntimeName } from '../../bundle/runtimes.js';
import { type ProgramWord, programOf } from './commandLine.js';

/** Programs that are a runtime themselves, and those that certainly run on one. */
const programs: readonly { readonly name: RuntimeName; readonly itself: RegExp; readonly onIt?: RegExp }[] = [
  { name: 'node', itself: /^node(js)?$/, onIt: /^(npm|npx|yarn|pnpm|pnpx|tsx|ts-node)$/ },
  { name: 'java', itself: /^java$/, onIt: /^(mvnw?|gradlew?|sbt)$/ },
  {
    name: 'python',
    itself: /^python(\d(\.\d+)?)?$/,
    onIt: /^(gunicorn|uvicorn|hypercorn|daphne|waitress-serve|flask|celery)$/,
  },
  { name: 'dotnet', itself: /^dotnet$/ },
  { name: 'go', itself: /^go$/ },
];

/** A command's runtime, and its program where that is known. */
export interface Detected {
  readonly runtime: RuntimeName | null;
  readonly program: ProgramWord | null;
  /** Whether the program is the runtime itself, so that flags can stand behind it. */
  readonly isItself: boolean;
}

/** @param chosen the runtime that the configuration names; null: told by the command */
export function detectRuntime(command: string, chosen: RuntimeName | null): Detected {
  const program = programOf(command);
  const isMet = (pattern: RegExp | undefined): boolean => program !== null && !!pattern?.test(program.name);
  const known = programs.find(({ itself, onIt }) => isMet(itself) || isMet(onIt));
  const runtime = chosen ?? known?.name ?? null;
  return { runtime, program, isItself: known !== undefined && known.name === runtime && isMet(known.itself) };
}
