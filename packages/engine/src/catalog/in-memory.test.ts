import { expect, it } from 'vitest';
import { testEngine } from '../testing/index.ts';

const id = 'preconfigured-alert-history-es-index';

it.each([
  [true, 'Alert history Elasticsearch index'],
  [false, undefined],
])(
  'the alert-history connector is there where the setting is %s, and nobody else has its id',
  async (isOn, name) => {
    await using engine = await testEngine({
      types: [],
      settings: {
        'xpack.actions.preconfiguredAlertHistoryEsIndex': isOn,
        'xpack.actions.preconfigured': {
          [id]: { name: 'Mine', actionTypeId: '.note', config: { url: 'x' } },
        },
      },
    });
    expect((await engine.catalog.resolve('default', id))?.connector.name).toBe(name);
    expect(engine.logged).toMatchObject([
      {
        level: 'warn',
        message: `Preconfigured connectors cannot have the id "${id}" because this is a reserved id.`,
      },
    ]);
  },
);

it('a preconfigured connector of a type that nobody knows is warned about', async () => {
  await using engine = await testEngine({
    types: [],
    settings: { 'xpack.actions.preconfigured': { mine: { name: 'Mine', actionTypeId: '.noet' } } },
  });
  expect(engine.logged).toMatchObject([
    {
      level: 'warn',
      message:
        'xpack.actions.preconfigured.mine.actionTypeId: there is no connector type ".noet" here; the connector cannot be run',
    },
  ]);
});
