import type { Database } from '../../../src/db/index.js';
import { importCsv, importFiles } from '../imports/support.js';

const OLD = `a net/minecraft/Alpha
	a field_1_a
	b field_4_b
	a (I)V func_10_a
	b (La;)V func_11_b
	c ()V func_12_c
	d (Lb;)V func_16_d
b net/minecraft/Beta
	a field_2_a
	a (I)V func_10_a
	b ()V func_13_b
	c ()V func_14_c
b$a net/minecraft/Beta$Inner
b$1 net/minecraft/Beta$1
c net/minecraft/Gone
	a ()V func_15_a
`;
const NEW = `a net/minecraft/Alpha
	a field_1_a
	b field_4_b
	a (I)V func_10_a
	c ()V func_12_c
	d (Lb;)V func_16_d
	e ()V func_20_e
b net/minecraft/other/Bravo
	a field_2_a
	a (I)V func_10_a
	b ()V func_13_b
	c ()V func_14_c
b$a net/minecraft/other/Bravo$Inner
b$1 net/minecraft/other/Bravo$1
d net/minecraft/Fresh
	a field_3_a
`;

/** Two invented versions, 1.0 and 1.1: everything that can differ between versions does. */
export async function importPair(db: Database): Promise<void> {
  await importFiles(db, '1.0', { 'joined.tsrg': OLD });
  await importCsv(db, '1.0', {
    'methods.csv':
      'searge,name,side,desc\nfunc_10_a,tick,2,\nfunc_11_b,join,2,\nfunc_12_c,update,2,\nfunc_13_b,update,2,Once.\n' +
      'func_14_c,open,2,\nfunc_15_a,close,2,\nfunc_16_d,meet,2,\n',
    'fields.csv': 'searge,name,side,desc\nfield_1_a,age,2,In days.\nfield_4_b,size,2,\n',
    'params.csv': 'param,name,side\np_10_1_,count,2\n',
  });
  await importFiles(db, '1.1', { 'joined.tsrg': NEW });
  await importCsv(db, '1.1', {
    'methods.csv':
      'searge,name,side,desc\nfunc_10_a,tick,2,\nfunc_12_c,update,2,\nfunc_13_b,refresh,2,Twice.\nfunc_16_d,greet,2,\n' +
      'func_20_e,start,2,Begins.\n',
    'fields.csv':
      'searge,name,side,desc\nfield_1_a,age,2,In weeks.\nfield_2_a,width,2,\nfield_3_a,fresh,2,\nfield_4_b,size,2,\n',
    'params.csv': 'param,name,side\np_10_1_,amount,2\n',
  });
}
