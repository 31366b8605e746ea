/** Timer that reports the seconds since the start of a request. */

const MOMENT_MS = 1000;

/**
 * @param {(seconds: number) => void} onSecond called every second
 * @returns {() => void} stops the timer
 */
export function startProgress(onSecond) {
  const started = performance.now();
  const timer = setInterval(
    () => onSecond(Math.floor((performance.now() - started) / 1000)),
    MOMENT_MS,
  );
  return () => clearInterval(timer);
}
