import { z } from 'zod';

/** What TheHive's answers must hold. https://docs.strangebee.com/thehive/api-docs/ */
const written = { _id: z.string(), _type: z.string() };

const rated = {
  _createdBy: z.string(),
  _createdAt: z.number(),
  title: z.string(),
  description: z.string(),
  severity: z.number(),
  severityLabel: z.string(),
  tlp: z.number(),
  tlpLabel: z.string(),
  pap: z.number(),
  papLabel: z.string(),
  status: z.string(),
  stage: z.string(),
  extraData: z.looseObject({}),
  newDate: z.number(),
  timeToDetect: z.number(),
};

export const caseAnswer = z.looseObject({
  ...written,
  ...rated,
  number: z.number(),
  startDate: z.number(),
  flag: z.boolean(),
});

export const commentAnswer = z.looseObject({
  ...written,
  createdBy: z.string(),
  createdAt: z.number(),
  message: z.string(),
  isEdited: z.boolean(),
  extraData: z.looseObject({}),
});

export const alertAnswer = z.looseObject({
  ...written,
  ...rated,
  type: z.string(),
  source: z.string(),
  sourceRef: z.string(),
  date: z.number(),
  observableCount: z.number(),
});
