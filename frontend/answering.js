/** What shows an answer, loaded with the first one. */

let answer = null;
let loading = null;

/** Return the module of answers; `judge` classifies a text, `api` returns the API's path. */
export function loadAnswer(judge, api) {
  loading ??= import("./answer.js").then(
    (module) => {
      module.startAnswers(judge, api);
      answer = module;
      return module;
    },
    (error) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** Hide the verdict with everything that belongs to it. */
export function hideAnswer() {
  answer?.hideAnswer();
}

/** Show the text area instead of the marked review. */
export function hideMarked() {
  answer?.hideMarked();
}
