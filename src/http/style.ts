/** The look of all pages: light or dark as the browser likes, from 320 pixels of width on. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1d2327; --soft: #57616a; --line: #d8dee3; --edge: #7a858d; --paper: #fbfcfc; --card: #fff; --link: #1a6b3c; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaec; --soft: #a2adb4; --line: #333c42; --edge: #77838b; --paper: #14191c; --card: #1b2226; --link: #7fd1a0; --bad: #ff9d94; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { margin: 0 0 .5rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; }
p { margin: .75rem 0; }
.soft { color: var(--soft); }
a { color: var(--link); text-underline-offset: .15em; }
a.button, button {
  display: inline-block; min-height: 2.75rem; margin: .5rem .75rem .5rem 0; padding: .6rem 1.1rem; border: 1px solid var(--link); border-radius: .5rem;
  background: var(--link); color: var(--paper); font: inherit; font-weight: 600; line-height: 1.4; text-align: center; text-decoration: none; cursor: pointer;
}
a.quiet, button.quiet { background: transparent; color: var(--link); }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; }
ul { margin: .5rem 0; padding: 0; list-style: none; }
.versions { display: flex; flex-wrap: wrap; gap: .5rem; }
.versions li { padding: .2rem .75rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card); }
.versions li.current { border-color: var(--link); font-weight: 600; }
dl, .rows { margin: 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .6rem 1rem; }
dl div + div, .rows > li + li { border-top: 1px solid var(--line); }
dt { flex: 0 0 11rem; }
dd { flex: 1 1 14rem; margin: 0; color: var(--soft); }
.rows > li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .25rem 1rem; padding: .6rem 1rem; }
.rows > li > div { flex: 1 1 12rem; }
.rows button { margin: 0; padding: .35rem .9rem; }
.rows ul { margin: 0; padding-left: 1.25rem; list-style: disc; color: var(--soft); }
.rows .soft { font-size: .9375rem; }
code, pre { font: .9em/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
form, .ways { max-width: 26rem; margin: 1rem 0; }
.rows form, .ways form { margin: 0; }
.field { margin: 0 0 1.1rem; }
label { display: block; margin-bottom: .3rem; font-weight: 600; }
input, select { width: 100%; min-height: 2.75rem; padding: .55rem .8rem; border: 1px solid var(--edge); border-radius: .5rem; background: var(--card); color: inherit; font: inherit; }
.choice { display: flex; gap: .6rem; align-items: baseline; margin: .6rem 0; font-weight: 400; }
.choice input { flex: none; width: 1.15rem; min-height: 1.15rem; accent-color: var(--link); }
fieldset { min-width: 0; margin: 0 0 1rem; padding: 0; border: 0; }
legend { padding: 0; color: var(--soft); }
summary { padding: .35rem 0; margin-block: .35rem; cursor: pointer; }
input[aria-invalid] { border-color: var(--bad); }
.hint, .error { margin: .45rem 0 0; font-size: .9375rem; line-height: 1.4; }
.hint { color: var(--soft); }
.error { color: var(--bad); }
.notice { padding: .7rem 1rem; border: 1px solid var(--line); border-left: .3rem solid var(--link); border-radius: .5rem; background: var(--card); }
.notice.error { border-left-color: var(--bad); }
form > button, .ways .button, .ways button { width: 100%; margin-right: 0; }
.rows form > button { width: auto; }
form + .ways { padding-top: 1rem; border-top: 1px solid var(--line); }
`;
