/* SPDX-License-Identifier: Apache-2.0 */
/* A slowdown of known size, around any command: what a calibration measures the gate's power with. */
#ifndef PROFBOUND_PLANT_H
#define PROFBOUND_PLANT_H

/*
 * Runs a command and burns so many per cent of the CPU time that it and its descendants take, in this process, which is
 * their parent and so belongs to whatever captures them. Ends as the command ends.
 */
_Noreturn void plant_run(double percent, char **command);

#endif
