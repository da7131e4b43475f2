/** Both sides' services running at once: loaded in turns, or kept for several pairs where starting and warming up takes long. */
import { type Side, sides } from '../bundle/schema.js';
import type { CaptureContext } from './context.js';
import { endLaunch, type Launch, launchService } from './serviceCapture.js';

/** A launch of each side. */
export interface Launches extends Readonly<Record<Side, Launch>> {
  /** From 1. */
  readonly number: number;
  /** Whether captures of several pairs are taken of it. */
  readonly isShared: boolean;
}

export class Launcher {
  #number = 0;
  #running: { readonly side: Side; readonly launch: Launch }[] = [];

  /** @param isShared whether several pairs share a launch */
  constructor(private readonly isShared: boolean) {}

  /**
   * The services of both sides, in the order given; started anew unless they run already.
   * @param context with two ports: both services run at once
   * @throws MeasureError when one does not start; nothing of them runs then
   */
  async start(order: readonly [Side, Side], context: CaptureContext): Promise<Launches> {
    if (this.#running.length < sides.length) {
      this.#number++;
      try {
        for (const side of order) this.#running.push({ side, launch: await launchService(side, context) });
      } catch (error) {
        await this.dispose();
        throw error;
      }
    }
    const of = (wanted: Side): Launch =>
      (this.#running.find(({ side }) => side === wanted) as { launch: Launch }).launch;
    return { base: of('base'), head: of('head'), number: this.#number, isShared: this.isShared };
  }

  /** Ends the services. @throws MeasureError when a port stays taken */
  async end(): Promise<void> {
    for (const { launch } of this.#running.splice(0)) await endLaunch(launch);
  }

  /** Ends whatever runs; never rejects. */
  async dispose(): Promise<void> {
    for (const { launch } of this.#running.splice(0)) await launch.service.stop();
  }
}
