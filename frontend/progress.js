/** Seconds that an answer is taking, told once it is longer than a moment. */

const MOMENT_MS = 1000;

/**
 * @param {(seconds: number) => void} onSecond called every second after the first
 * @returns {() => void} call it when the answer is there
 */
export function startProgress(onSecond) {
  const started = performance.now();
  const timer = setInterval(
    () => onSecond(Math.floor((performance.now() - started) / 1000)),
    MOMENT_MS,
  );
  return () => clearInterval(timer);
}
