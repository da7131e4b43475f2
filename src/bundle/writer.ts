/** Writes a bundle while it is being measured: after every capture the folder is complete and readable. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type BundleManifest,
  type BundleWorkload,
  bundleSchema,
  type Capture,
  type Policy,
  type Side,
  type Stop,
} from './schema.js';

/** Where a capture's CPU profile stands in its bundle. */
export function cpuProfilePath(workload: string, pair: number, side: Side): string {
  return `workloads/${workload}/pairs/${String(pair).padStart(3, '0')}/${side}.cpu.pb.gz`;
}

/** Where the profile of a capture's waits stands in its bundle. */
export function offCpuProfilePath(workload: string, pair: number, side: Side): string {
  return cpuProfilePath(workload, pair, side).replace(/cpu\.pb\.gz$/, 'offcpu.pb.gz');
}

export class BundleWriter {
  readonly #manifest: BundleManifest;

  /**
   * Starts an empty bundle; whatever stood at `directory` is replaced.
   * @param directory the bundle's folder
   * @param manifest  everything known before the first capture; its workloads have no captures yet
   */
  constructor(
    readonly directory: string,
    manifest: BundleManifest,
  ) {
    this.#manifest = bundleSchema.parse(manifest);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    this.#save();
  }

  /** What has been measured so far. */
  get manifest(): BundleManifest {
    return this.#manifest;
  }

  /** Records how a workload is going to be measured; before its first capture, never after. */
  plan(
    name: string,
    {
      looks,
      captureSeconds,
      turnSeconds,
      pacing,
    }: Pick<BundleWorkload, 'captureSeconds' | 'turnSeconds' | 'pacing'> & Pick<Policy, 'looks'>,
  ): void {
    const workload = this.workload(name);
    if (workload.captures.length > 0) throw new Error(`${name} is being measured: its looks stand`);
    workload.policy.looks = [...looks];
    workload.captureSeconds = captureSeconds;
    if (turnSeconds !== undefined) workload.turnSeconds = turnSeconds;
    workload.pacing = pacing;
    this.#save();
  }

  /**
   * Takes one finished capture into the bundle.
   * @param profileFile the collector's pprof file; moved into the bundle
   * @param offCpuFile  the one of waits, where the capture names one; moved too
   */
  async add(
    workload: string,
    capture: Capture,
    profileFile: string,
    offCpuFile: string | null = null,
  ): Promise<void> {
    await this.#take(profileFile, capture.cpuProfile);
    if (offCpuFile !== null && capture.offCpuProfile !== undefined) {
      await this.#take(offCpuFile, capture.offCpuProfile);
    }
    this.workload(workload).captures.push(capture);
    this.#save();
  }

  /**
   * Takes captures of other bundles in at once.
   * @param bytesOf the profile that is to stand at a path of the capture
   */
  adopt(
    workload: string,
    captures: readonly Capture[],
    stop: Stop,
    bytesOf: (capture: Capture, path: string) => Buffer,
  ): void {
    for (const capture of captures) {
      for (const path of [capture.cpuProfile, capture.offCpuProfile]) {
        if (path === undefined) continue;
        const target = join(this.directory, path);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, bytesOf(capture, path));
      }
      this.workload(workload).captures.push(capture);
    }
    this.finish(workload, stop);
  }

  /** Records how measuring a workload ended. */
  finish(workload: string, stop: Stop): void {
    this.workload(workload).stop = stop;
    this.#save();
  }

  workload(name: string): BundleWorkload {
    const found = this.#manifest.workloads.find((workload) => workload.name === name);
    if (!found) throw new Error(`the bundle has no workload ${name}`);
    return found;
  }

  async #take(file: string, path: string): Promise<void> {
    const target = join(this.directory, path);
    mkdirSync(dirname(target), { recursive: true });
    // Copied, not renamed: the collector's folder may be on another file system.
    await copyFile(file, target);
    await rm(file);
  }

  /** Replaces bundle.json in one step, so that a kill in the middle leaves the previous one. */
  #save(): void {
    const target = join(this.directory, 'bundle.json');
    writeFileSync(`${target}.part`, `${JSON.stringify(this.#manifest, null, 2)}\n`);
    renameSync(`${target}.part`, target);
  }
}
