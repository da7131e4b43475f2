/** The page's style sheet: system fonts, two colour schemes, and paper. */
export const style = `
:root{color-scheme:light dark;--page:#f6f6f4;--card:#fff;--ink:#1b1d22;--soft:#565b66;--line:#e0e1e4;--faint:#eeeff1;--link:#1c57b5;
--pass:#11693a;--pass-page:#e6f3ea;--fail:#a9211a;--fail-page:#fbe9e6;--inconclusive:#7a5000;--inconclusive-page:#faf0d8;
--slower:#b23a08;--slower-cell:#f8c3a4;--slower-ink:#4a1a00;--faster:#1c57b5;--faster-cell:#bcd5fa;--faster-ink:#0a2c60;
--cell:#e4e5e9;--cell-ink:#3a3e47;--hit:#7c3aed;--focus:#1c57b5;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;
--mono:ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{--page:#121316;--card:#1a1c20;--ink:#e7e8eb;--soft:#a4a9b4;--line:#30333a;--faint:#24262b;--link:#8ab6ff;
--pass:#6fd898;--pass-page:#12271b;--fail:#ff9488;--fail-page:#321614;--inconclusive:#f0bf58;--inconclusive-page:#2c2310;
--slower:#ff9f73;--slower-cell:#7d3312;--slower-ink:#ffece2;--faster:#8ab6ff;--faster-cell:#1f4a8c;--faster-ink:#eaf2ff;
--cell:#2d3037;--cell-ink:#d0d3da;--hit:#c4a5ff;--focus:#8ab6ff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;overflow-wrap:break-word;background:var(--page);color:var(--ink);font:16px/1.55 var(--sans)}
main,.inner,footer{max-width:1120px;margin:0 auto;padding:0 24px}
h1,h2,h3{line-height:1.25;margin:0;text-wrap:balance}
h2{font-size:1.375rem;letter-spacing:-.01em}
h3{font-size:1.0625rem}
p{margin:.5em 0}
a{color:var(--link)}
code{font-family:var(--mono);font-size:.9em;unicode-bidi:isolate;overflow-wrap:anywhere}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:3px}
.visually-hidden,.colon{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.muted{color:var(--soft)}
.skip{position:absolute;left:12px;top:-60px;background:var(--card);padding:8px 14px;border-radius:6px;z-index:2}
.skip:focus{top:12px}
.banner{border-bottom:1px solid var(--line);padding:20px 0 24px}
.banner.pass{background:var(--pass-page);--tone:var(--pass)}
.banner.fail{background:var(--fail-page);--tone:var(--fail)}
.banner.inconclusive{background:var(--inconclusive-page);--tone:var(--inconclusive)}
.brand{margin:0 0 20px;font-weight:650;letter-spacing:-.01em}
.brand span{font-weight:400;color:var(--soft);margin-left:.5em}
.verdict{display:flex;gap:20px;align-items:flex-start}
.verdict>div{min-width:0}
.icon{flex:none;fill:none;stroke:var(--tone);stroke-width:3.5;stroke-linecap:round;stroke-linejoin:round}
.icon circle{fill:var(--card);stroke-width:2.5}
h1{font-size:1.25rem;font-weight:500;text-wrap:pretty}
h1 .word{display:block;font-size:2.25rem;line-height:1.1;font-weight:750;letter-spacing:-.025em;color:var(--tone);margin:2px 0 8px}
.sentence{max-width:62ch;display:inline-block}
.remark{max-width:70ch}
.reasons{margin:.6em 0;padding-left:1.2em;max-width:80ch;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px 24px;margin:22px 0 0}
dt{color:var(--soft);font-size:.8125rem}
dd{margin:0;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin:20px 0;min-width:0}
.card>:first-child{margin-top:0}
.card>h2,.card>h3{margin-bottom:10px}
.workload{margin-top:44px}
.workload>h2 code{font-size:1em}
.chip{display:inline-block;font-size:.8125rem;font-weight:650;letter-spacing:0;padding:2px 10px;border-radius:99px;vertical-align:.18em;margin-left:6px;border:1px solid currentColor}
.chip.pass{color:var(--pass);background:var(--pass-page)}
.chip.fail{color:var(--fail);background:var(--fail-page)}
.chip.inconclusive{color:var(--inconclusive);background:var(--inconclusive-page)}
.tiles{display:flex;flex-wrap:wrap;gap:1px;margin:18px 0 20px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.tiles>div{flex:1 1 190px;background:var(--card);padding:14px 18px}
.tiles strong{display:block;white-space:nowrap;font-size:1.25rem;font-weight:620;letter-spacing:-.015em;font-variant-numeric:tabular-nums}
.tiles span{display:block;font-size:.8125rem;color:var(--soft);font-variant-numeric:tabular-nums}
ul.inline{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0;margin:0 0 12px}
figure{margin:0}
figure h3{margin-bottom:8px}
figure.below{margin-top:28px}
figcaption{color:var(--soft);font-size:.875rem;max-width:78ch;margin-top:10px}
svg{display:block}
svg text{font-family:var(--sans);font-size:13px;fill:var(--ink);font-variant-numeric:tabular-nums}
.plot{overflow:visible}
.plot text{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.plot .tick{font-size:12px;fill:var(--soft)}
.plot .grid{stroke:var(--faint)}
.plot .zero{stroke:var(--soft);stroke-opacity:.6}
.plot .label{font-weight:600}
.plot .beyond{fill:var(--fail);fill-opacity:.07}
.plot .margin{stroke:var(--fail);stroke-width:1.5;stroke-dasharray:4 3}
.plot .bounds{stroke:var(--tone,var(--soft));stroke-width:2}
.plot .estimate{fill:var(--tone,var(--soft));stroke:var(--card);stroke-width:1.5}
.forest .slower,.forest .new{--tone:var(--slower)}.forest .faster,.forest .gone{--tone:var(--faster)}.forest .moved{--tone:var(--soft)}.forest .pass{--tone:var(--pass)}.forest .fail{--tone:var(--fail)}.forest .inconclusive{--tone:var(--inconclusive)}
.pairs .band{fill:var(--link);fill-opacity:.1}
.pairs .pair{fill:var(--link);fill-opacity:.8}
.pairs .pair.far{fill:var(--card);stroke:var(--link);stroke-width:2}
.pairs .course line{stroke:var(--soft);stroke-width:1.5}
.pairs line.estimate{stroke:var(--link);stroke-width:1.5}
.scroll{position:relative;overflow-x:auto;margin:0 -22px;padding:0 22px}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding:8px 0}
th,td{text-align:left;font-weight:400;padding:8px 14px 8px 0;border-bottom:1px solid var(--line);vertical-align:top}
th:last-child,td:last-child{padding-right:0}
thead th,thead td{color:var(--soft);font-size:.8125rem;vertical-align:bottom;border-bottom-color:var(--soft)}
tbody tr:last-child>*{border-bottom:0}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.functions th[scope=row]{min-width:200px;max-width:380px}
.functions .name{display:block;font-weight:600;color:var(--ink)}
.functions .place{display:block;color:var(--soft);font-size:.8125rem}
.functions .remark,.functions .tiers{display:block;font-size:.8125rem;font-weight:400}
.functions span.bounds,.meaning{display:block;color:var(--soft);font-size:.8125rem}
.functions .drawn{width:180px;min-width:120px}
.functions svg{margin-top:8px}
.finding{white-space:nowrap;color:var(--soft)}
:is(.slower,.new) .finding{color:var(--slower);font-weight:650}
:is(.faster,.gone) .finding{color:var(--faster);font-weight:650}
.moved .finding{color:var(--ink);font-weight:600}
tr:is(.slower,.new){--tone:var(--slower)}tr:is(.faster,.gone){--tone:var(--faster)}
.quality{max-width:640px}
details{margin-top:14px}
summary{cursor:pointer;color:var(--link);width:fit-content}
.legend{font-size:.875rem;display:flex;flex-wrap:wrap;gap:6px 10px}
.key{padding:1px 10px;border-radius:3px;background:var(--cell);color:var(--cell-ink)}
.key.slower{background:var(--slower-cell);color:var(--slower-ink)}
.key.faster{background:var(--faster-cell);color:var(--faster-ink)}
.tools{display:flex;flex-wrap:wrap;align-items:center;gap:10px 14px;margin:12px 0;font-size:.875rem}
.tools[hidden],.tools [hidden]{display:none}
.tools [type=search],.tools select,.tools button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--soft);border-radius:6px;padding:4px 10px}
.tools [type=search]{width:min(220px,60vw);margin-left:6px}
.tools select{margin-left:6px}
.tools input:not([type=search]){accent-color:var(--link);margin:0 4px 0 0}
.choice{display:flex;border:1px solid var(--soft);border-radius:6px;padding:0;margin:0;min-width:0;background:var(--page)}
.choice label,.toggle{display:inline-flex;align-items:center;cursor:pointer;white-space:nowrap}
.choice label{padding:4px 10px}
.choice label+label{border-left:1px solid var(--line)}
.choice label:has(:checked){font-weight:650;box-shadow:inset 0 -2px var(--link)}
.found{color:var(--soft);font-variant-numeric:tabular-nums}
button.sort{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
button.sort::after{content:" ↕";opacity:.55}
[aria-sort=ascending] button.sort::after{content:" ↑";opacity:1}
[aria-sort=descending] button.sort::after{content:" ↓";opacity:1}
[aria-sort] button.sort{color:var(--ink);font-weight:650}
.placement{max-width:760px}
.placement .drawn{width:45%;min-width:110px}
.placement .base{fill:var(--soft)}
.placement .head{fill:var(--link)}
.sides th[scope=row]{color:var(--soft);white-space:nowrap}
.sides td{overflow-wrap:anywhere}
.sides{table-layout:fixed;min-width:560px}
.sides thead td{width:24%}
.sides .group{color:var(--ink);font-weight:620;padding-top:18px;white-space:normal}
.sides tbody tr:last-child>*{border-bottom:1px solid var(--line)}
.sides tbody:last-child tr:last-child>*{border-bottom:0}
pre{margin:6px 0 14px;padding:10px 14px;border-radius:6px;background:var(--faint);overflow-x:auto;font-size:.9375rem}
.recipe{margin:14px 0 0}
.tools button:disabled{color:var(--soft);border-color:var(--line)}
.tools button:not(:disabled){cursor:pointer}
.flame svg>rect{fill:var(--cell);stroke:var(--card);stroke-width:1}
.flame svg>text{font-size:12px;fill:var(--cell-ink);pointer-events:none}
.flame .narrow{display:none}
.flame svg:is(.slower,.new)>rect{fill:var(--slower-cell)}
.flame svg:is(.slower,.new)>text{fill:var(--slower-ink);font-weight:600}
.flame svg:is(.faster,.gone)>rect{fill:var(--faster-cell)}
.flame svg:is(.slower,.new)>rect.edge{fill:var(--slower);stroke:none}
.flame svg:is(.faster,.gone)>rect.edge{fill:var(--faster);stroke:none}
.flame svg:is(.faster,.gone)>text{fill:var(--faster-ink);font-weight:600}
.flame.live svg{cursor:zoom-in}
.flame svg.above>rect{fill-opacity:.55}
.flame svg.hit>rect{stroke:var(--hit);stroke-width:3}
.flame svg:hover>rect{stroke:var(--ink)}
.flame svg:focus{outline:none}
.flame svg:focus-visible>rect{stroke:var(--focus);stroke-width:4}
.detail{min-height:2.6em;margin:10px 0 0;padding:6px 12px;border-radius:6px;background:var(--faint);font-size:.875rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.guide dt{color:var(--ink);font-weight:620;font-size:1rem;margin-top:14px}
.guide dd{max-width:78ch}
footer{color:var(--soft);font-size:.875rem;padding-bottom:40px}
@media (max-width:640px){main,.inner,footer{padding:0 14px}.card{padding:16px 14px}.scroll{margin:0 -14px;padding:0 14px}
.verdict{gap:14px}.icon{width:40px;height:40px}h1{font-size:1.0625rem}.forest .value.long{display:none}.placement .drawn{min-width:60px;width:25%}.placement th,.placement td{padding-right:8px}h1 .word{font-size:1.75rem}.tiles>div{flex-basis:150px;padding:12px 14px}.tiles strong{font-size:1.0625rem}}
@media screen and (max-width:760px){.functions thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.functions,.functions tbody{display:block}
.functions tbody tr{display:grid;grid-template-columns:1fr 1fr;gap:4px 16px;padding:12px 0;border-bottom:1px solid var(--line)}.functions tbody tr:last-child{border-bottom:0}
.functions th,.functions td{border:0;padding:0}.functions th[scope=row]{grid-column:1/-1;max-width:none}.functions td[data-label]::before{content:attr(data-label);display:block;color:var(--soft);font-size:.75rem;font-weight:400}
.functions .number{text-align:left;white-space:normal}.functions td.drawn{order:1;grid-column:1/-1;width:auto}.functions td.drawn:empty{display:none}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{:root{--page:#fff;color-scheme:light}body{font-size:11pt}.card,tr,figure,.tiles{break-inside:avoid}.tools,.detail,.skip{display:none}pre{white-space:pre-wrap;overflow-wrap:anywhere}button.sort::after{content:""}.card{border:0;padding:0}.scroll{overflow:visible;margin:0;padding:0}table{font-size:9pt}.functions .place,.functions .remark,.functions span.bounds{font-size:8pt}.functions th[scope=row]{min-width:0}.functions .drawn{width:70px;min-width:50px}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
