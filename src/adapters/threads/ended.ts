import { formOf, fromForm, type ErrorForm } from '../../domain/errors.ts';

/** How a task ended. A structured clone keeps an error's text but not its code: errors of ours cross threads as their form. */
export type Ended<T> = { readonly value: T } | { readonly error: ErrorForm };

/** In the thread: a task whose errors of ours are part of its answer. */
export function answering<A, T>(task: (message: A) => T): (message: A) => Ended<T> {
  return (message) => {
    try {
      return { value: task(message) };
    } catch (error) {
      const form = formOf(error);
      if (form === null) throw error;
      return { error: form };
    }
  };
}

/** In the pool. @throws AppError with the code that the task's error had. */
export function valueOf<T>(ended: Ended<T>): T {
  if ('error' in ended) throw fromForm(ended.error);
  return ended.value;
}
