import { formOf, fromForm, type ErrorForm } from '../../domain/errors.ts';

/** Outcome of a task. A structured clone loses the code of an error, so an AppError crosses threads as an ErrorForm. */
export type Ended<T> = { readonly value: T } | { readonly error: ErrorForm };

/** For the thread: returns the task's AppErrors as part of its answer. */
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

/** For the pool. @throws AppError with the code of the task's error */
export function valueOf<T>(ended: Ended<T>): T {
  if ('error' in ended) throw fromForm(ended.error);
  return ended.value;
}
