/** Both sides' services, kept for several pairs where starting and warming up takes long. */
import { type Side, sides } from '../bundle/schema.js';
import type { CaptureContext } from './context.js';
import { endLaunch, type Launch, launchService } from './serviceCapture.js';

export interface KeptLaunch {
  readonly launch: Launch;
  /** From 1. */
  readonly number: number;
}

export type KeptLaunches = Readonly<Record<Side, KeptLaunch>>;

export class Launcher {
  #number = 0;
  #running: { readonly side: Side; readonly launch: Launch }[] = [];

  /**
   * The services of both sides, in the order given; started anew unless they run already.
   * @param context with two ports: both services run at once
   * @throws MeasureError when one does not start; nothing of them runs then
   */
  async start(order: readonly [Side, Side], context: CaptureContext): Promise<KeptLaunches> {
    if (this.#running.length < sides.length) {
      this.#number++;
      try {
        for (const side of order) this.#running.push({ side, launch: await launchService(side, context) });
      } catch (error) {
        await this.dispose();
        throw error;
      }
    }
    const of = (wanted: Side): KeptLaunch => {
      const { launch } = this.#running.find(({ side }) => side === wanted) as { launch: Launch };
      return { launch, number: this.#number };
    };
    return { base: of('base'), head: of('head') };
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
