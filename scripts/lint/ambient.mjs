/** Rules for oxlint. Pure folders receive time, randomness and environment as arguments and may not read them. */
const refuse = (message, selectors) => ({
  meta: { type: 'problem', schema: [] },
  create: (context) =>
    Object.fromEntries(selectors.map((selector) => [selector, (node) => context.report({ node, message })])),
});

export default {
  meta: { name: 'ambient' },
  rules: {
    'no-time': refuse('Pass the time in (Clock).', [
      "CallExpression[callee.object.name='Date'][callee.property.name='now']",
      "NewExpression[callee.name='Date'][arguments.length=0]",
    ]),
    'no-randomness': refuse('Pass randomness in (Rng).', [
      "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    ]),
    'no-environment': refuse('Only config/ reads the environment.', [
      "MemberExpression[object.name='process'][property.name='env']",
    ]),
  },
};
