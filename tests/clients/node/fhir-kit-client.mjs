// https://github.com/Vermonster/fhir-kit-client
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'fhir-kit-client';
import * as record from './record.mjs';

const { patient, observation, bundle } = record;
const client = new Client({ baseUrl: record.url, bearerToken: record.token });
const resourceType = 'Patient';
const create = (body) => client.create({ resourceType: body.resourceType, body });
const refusedWith = (status) => (error) => error.response.status === status;

test('it reads what the server can do', async () => {
  const statement = await client.capabilityStatement();
  assert.equal(statement.fhirVersion, '4.0.1');
});

test('it creates, reads, changes and deletes', async () => {
  const { id } = await create(patient());
  const read = await client.read({ resourceType, id });
  assert.equal(read.meta.versionId, '1');
  const changed = await client.update({ resourceType, id, body: { ...read, gender: 'female' } });
  assert.equal(changed.meta.versionId, '2');
  const jsonPatch = [{ op: 'replace', path: '/gender', value: 'other' }];
  assert.equal((await client.patch({ resourceType, id, jsonPatch })).gender, 'other');
  const first = await client.vread({ resourceType, id, version: '1' });
  assert.equal(first.gender, undefined);
  assert.equal((await client.history({ resourceType, id })).total, 3);
  await client.delete({ resourceType, id });
  await assert.rejects(client.read({ resourceType, id }), refusedWith(410));
});

test('it updates under conditions', async () => {
  const body = patient({ identifier: [{ system: 'urn:kit', value: '1' }] });
  const searchParams = { identifier: 'urn:kit|1' };
  const made = await client.update({ resourceType, searchParams, body });
  const again = await client.update({ resourceType, searchParams, body });
  assert.equal(again.id, made.id);
  const stale = { headers: { 'If-Match': 'W/"7"' } };
  await assert.rejects(
    client.update({ resourceType, id: made.id, body: made, options: stale }),
    refusedWith(412),
  );
});

test('it follows the links of a search, by GET and by POST', async () => {
  for (const family of record.families) await create(patient({ name: [{ family }] }));
  const searchParams = { family: 'page', _sort: 'family', _count: 3 };
  for (const options of [{}, { postSearch: true }]) {
    let page = await client.search({ resourceType, searchParams, options });
    const found = [];
    let last;
    while (page) {
      found.push(...page.entry.map((each) => each.resource.name[0].family));
      last = page;
      page = await client.nextPage({ bundle: page });
    }
    assert.deepEqual(found, record.families);
    const before = await client.prevPage({ bundle: last });
    assert.equal(before.entry[0].resource.name[0].family, 'Page3');
  }
});

test('it sends a transaction and a batch, and asks for operations', async () => {
  const body = bundle('transaction', [record.NEW, patient()], [record.SEEN, observation(record.NEW)]);
  const answer = await client.transaction({ body });
  assert.ok(record.created(answer));
  const [, id] = answer.entry[0].response.location.match(/Patient\/([^/]+)/);
  const everything = await client.operation({ name: '$everything', resourceType, id, method: 'GET' });
  assert.deepEqual(record.types(everything), ['Observation', 'Patient']);
  const compartment = { resourceType, id };
  const inside = await client.compartmentSearch({ resourceType: 'Observation', compartment });
  assert.equal(inside.total, 1);
  assert.equal((await client.resolve({ reference: `Patient/${id}` })).id, id);
  const verdict = await client.operation({ name: 'validate', resourceType, input: patient() });
  assert.ok(verdict.issue.every((each) => each.severity !== 'error'));
  const batch = bundle('batch', [record.NEW, patient()], [record.SEEN, { resourceType: 'Nothing' }]);
  const results = (await client.batch({ body: batch })).entry.map((each) => each.response.status);
  assert.deepEqual(results.map((each) => each[0]), ['2', '4']);
});
