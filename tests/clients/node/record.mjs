// What both clients send. Where the record is and the token come from the environment.
export const url = process.env.FHIR_URL;
export const token = process.env.FHIR_TOKEN;

export const patient = (more = {}) => ({
  resourceType: 'Patient',
  name: [{ family: 'Quill', given: ['Ada'] }],
  ...more,
});

export const observation = (subject, more = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: subject },
  ...more,
});

export const bundle = (type, ...resources) => ({
  resourceType: 'Bundle',
  type,
  entry: resources.map(([fullUrl, resource]) => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  })),
});

export const families = Array.from({ length: 7 }, (_, number) => `Page${number}`);
export const NEW = 'urn:uuid:b1b9ab9c-1e3d-4a5b-8f3f-0d8cf20e45d7';
export const SEEN = 'urn:uuid:9d1e9df1-38d5-4d3c-9f3b-43a1c6f1d2a4';
export const created = (answer) => answer.entry.every((each) => each.response.status.startsWith('201'));
export const types = (found) => found.entry.map((each) => each.resource.resourceType).sort();
