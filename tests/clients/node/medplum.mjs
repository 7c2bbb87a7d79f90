// https://www.medplum.com/docs/sdk, its FHIR side only: sign-in and GraphQL are Medplum's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MedplumClient, OperationOutcomeError } from '@medplum/core';
import * as record from './record.mjs';

const { patient, observation, bundle } = record;
const client = new MedplumClient({
  baseUrl: new URL('/', record.url).href,
  fhirUrlPath: 'fhir',
  accessToken: record.token,
  cacheTime: 0,
});
const refusedAs = (code) => (error) =>
  error instanceof OperationOutcomeError && error.outcome.issue[0].code === code;

test('it creates, reads, changes and deletes', async () => {
  const { id } = await client.createResource(patient());
  const read = await client.readResource('Patient', id);
  assert.equal(read.meta.versionId, '1');
  const changed = await client.updateResource({ ...read, gender: 'female' });
  assert.equal(changed.meta.versionId, '2');
  const same = await client.updateResource(changed);
  assert.equal(same.id, id);
  const operations = [{ op: 'test', path: '/gender', value: 'female' },
    { op: 'replace', path: '/gender', value: 'other' }];
  assert.equal((await client.patchResource('Patient', id, operations)).gender, 'other');
  assert.equal((await client.readVersion('Patient', id, '1')).gender, undefined);
  assert.ok((await client.readHistory('Patient', id)).entry.length >= 3);
  await client.deleteResource('Patient', id);
  await assert.rejects(client.readResource('Patient', id), refusedAs('deleted'));
  await assert.rejects(client.createResource(patient({ gender: 'mauve' })), OperationOutcomeError);
});

test('it creates once and writes what matches', async () => {
  const identifier = [{ system: 'urn:medplum', value: '1' }];
  const made = await client.createResourceIfNoneExist(patient({ identifier }), 'identifier=urn:medplum|1');
  const again = await client.createResourceIfNoneExist(patient({ identifier }), 'identifier=urn:medplum|1');
  assert.equal(again.id, made.id);
  const written = await client.upsertResource(patient({ identifier, active: true }), 'identifier=urn:medplum|1');
  assert.deepEqual([written.id, written.active], [made.id, true]);
});

test('it searches, page by page too', async () => {
  const made = [];
  for (const family of record.families) made.push(await client.createResource(patient({ name: [{ family }] })));
  await client.createResource(observation(`Patient/${made[0].id}`));
  const found = [];
  for await (const page of client.searchResourcePages('Patient', 'family=page&_sort=family&_count=3')) {
    assert.ok(page.length <= 3);
    found.push(...page.map((each) => each.name[0].family));
  }
  assert.deepEqual(found, record.families);
  const bundled = await client.search('Patient', { family: 'page', _total: 'accurate', _count: 2 });
  assert.equal(bundled.total, 7);
  assert.equal((await client.searchResources('Observation', `subject=Patient/${made[0].id}`)).length, 1);
  assert.equal((await client.searchOne('Patient', 'family:exact=Page4')).id, made[4].id);
  const reference = { reference: `Patient/${made[1].id}` };
  assert.equal((await client.readReference(reference)).id, made[1].id);
});

test('it sends a transaction and a batch, and asks for operations', async () => {
  const whole = bundle('transaction', [record.NEW, patient()], [record.SEEN, observation(record.NEW)]);
  const answer = await client.executeBatch(whole);
  assert.ok(record.created(answer));
  const [, id] = answer.entry[0].response.location.match(/Patient\/([^/]+)/);
  assert.deepEqual(record.types(await client.readPatientEverything(id)), ['Observation', 'Patient']);
  const summary = await client.readPatientSummary(id);
  assert.equal(summary.type, 'document');
  const verdict = await client.validateResource(patient());
  assert.ok(verdict.issue.every((each) => each.severity !== 'error'));
  const batch = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: 'Patient/none' } }] };
  assert.equal((await client.executeBatch(batch)).entry[0].response.status.slice(0, 3), '404');
});
