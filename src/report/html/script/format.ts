/** Figures in the reader's browser, as src/text/format.ts writes them; a browser test holds one against the other. */
export const formatScript = `
  const timeUnits = ['ns', 'µs', 'ms', 's'];

  function nanoseconds(value) {
    if (value === 0) return '0 ns';
    let magnitude = Math.abs(value);
    let unit = timeUnits[0];
    for (const larger of timeUnits.slice(1)) {
      if (Number(magnitude.toPrecision(3)) < 1000) break;
      magnitude /= 1000;
      unit = larger;
    }
    const digits = magnitude < 0.01 ? '<0.01' : magnitude >= 999.5 ? magnitude.toFixed(0) : magnitude.toPrecision(3);
    return (value < 0 ? '−' : '') + digits + ' ' + unit;
  }

  function change(fraction) {
    const magnitude = Math.abs(fraction) * 100;
    if (magnitude === 0) return '0 %';
    const digits = magnitude < 0.005 ? '<0.01' : magnitude < 0.095 ? magnitude.toFixed(2) : magnitude < 99.95 ? magnitude.toFixed(1) :
      magnitude < 999.5 ? magnitude.toFixed(0) :
      magnitude < 1e6 ? String(Number(magnitude.toPrecision(3))).replace(/(?<=\\d)(?=(?:\\d{3})+$)/g, ',') : magnitude.toExponential(1);
    return (fraction < 0 ? '−' : '+') + digits + ' %';
  }

  function costChange(base, head) {
    if (base <= 0) return head <= 0 ? '0 %' : 'only in head';
    return head <= 0 ? 'only in base' : change(head / base - 1);
  }
`;
