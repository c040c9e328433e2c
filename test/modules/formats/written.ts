import {
  NAMESPACES,
  formatSpec,
  type ExportFormat,
  type MappingsFormat,
  type Namespace,
  type WrittenClass,
  type WrittenMember,
  type WrittenMethod,
  type WrittenSide,
} from '../../../src/modules/formats/index.js';

/** Beside NAMESPACES: OBF, SRG, MCP. */
type Named<T = string> = readonly [obf: T, srg: T, mcp: T];
type Described = { side?: WrittenSide; documentation?: string };

interface Field extends Described {
  names: Named;
  descriptors: Named<string | null>;
}

interface Method extends Described {
  names: Named;
  descriptors: Named;
  isStatic?: boolean;
  constructorId?: number;
  parameters?: (Described & { index: number; slot: number; names: Named<string | null> })[];
}

interface Class extends Described {
  names: Named;
  fields: Field[];
  methods: Method[];
}

/** Inner classes, the default package, letters beyond ASCII, types that are known and not, and whatever else is there to be said. */
export const WORLD: readonly Class[] = [
  {
    names: ['a', 'net/minecraft/Alpha', 'net/minecraft/Änderung'],
    documentation: 'Two lines,\nand a \\ too.',
    fields: [
      { names: ['a', 'field_1_a', 'größe'], descriptors: ['I', 'I', 'I'], documentation: 'In\tblocks.' },
      { names: ['b', 'field_2_b', 'field_2_b'], descriptors: [null, null, null] },
    ],
    methods: [
      {
        names: ['a', 'func_1_a', 'mixTogether'],
        descriptors: [
          '(J[[La$1;)La;',
          '(J[[Lnet/minecraft/Alpha$Inner;)Lnet/minecraft/Alpha;',
          '(J[[Lnet/minecraft/Alpha$Inner;)Lnet/minecraft/Änderung;',
        ],
        isStatic: true,
        side: 'CLIENT',
        documentation: 'Mixes.',
        parameters: [
          { index: 0, slot: 0, names: [null, 'p_1_0_', 'seed'], documentation: 'where it starts' },
          { index: 1, slot: 2, names: [null, 'p_1_2_', 'p_1_2_'] },
        ],
      },
      { names: ['b', 'func_2_b', 'func_2_b'], descriptors: ['()V', '()V', '()V'] },
      {
        names: ['<init>', '<init>', '<init>'],
        descriptors: ['(Z)V', '(Z)V', '(Z)V'],
        isStatic: false,
        constructorId: 7,
        parameters: [{ index: 0, slot: 1, names: [null, 'p_i7_1_', 'isNew'] }],
      },
    ],
  },
  { names: ['a$1', 'net/minecraft/Alpha$Inner', 'net/minecraft/Alpha$Inner'], fields: [], methods: [] },
  {
    names: ['b', 'Root', 'Root'],
    fields: [],
    methods: [
      {
        names: ['equals', 'equals', 'equals'],
        descriptors: ['(Ljava/lang/Object;)Z', '(Ljava/lang/Object;)Z', '(Ljava/lang/Object;)Z'],
      },
    ],
  },
];

/** What a format writes of {@link WORLD}, fed in the order that it asks for. */
export function written(format: ExportFormat, picked?: readonly Namespace[], world = WORLD): string {
  const spec = formatSpec(format) as MappingsFormat;
  const namespaces = picked ?? spec.namespaces;
  const pick = <T>(all: Named<T>, of = namespaces): T[] => of.map((each) => all[NAMESPACES.indexOf(each)]!);
  const described = spec.descriptors === 'FIRST' ? namespaces.slice(0, 1) : namespaces;
  const about = ({ side = 'BOTH', documentation = null }: { side?: WrittenSide; documentation?: string | null }) => ({
    side,
    documentation,
  });
  const ready = world.map((each) => {
    const owner: WrittenClass = { names: pick(each.names), ...about(each) };
    const fields = each.fields.map((field): WrittenMember => ({
      owner,
      names: pick(field.names),
      descriptors: pick(field.descriptors, described),
      ...about(field),
    }));
    const methods = each.methods
      .filter(({ constructorId }) => constructorId === undefined || spec.constructors)
      .map(
        ({ names, descriptors, isStatic = null, constructorId = null, parameters = [], ...rest }): WrittenMethod => ({
          owner,
          names: pick(names),
          descriptors: pick(descriptors, described),
          isStatic,
          constructorId,
          parameters: !spec.parameters
            ? []
            : parameters.map(({ index, slot, names: all, ...more }) => ({
                index,
                slot,
                names: pick(all),
                ...about(more),
              })),
          ...about(rest),
        }),
      );
    return { owner, fields, methods };
  });
  const writer = spec.writer({ gameVersion: '1.2.3', namespaces });
  let text = writer.begin();
  const inTurn = spec.order === 'CLASSES' ? ready.map((each) => [each]) : [ready];
  for (const together of inTurn) {
    for (const { owner } of together) text += writer.class(owner);
    for (const { fields } of together) for (const field of fields) text += writer.field(field);
    for (const { methods } of together) for (const method of methods) text += writer.method(method);
  }
  return text + writer.end();
}
