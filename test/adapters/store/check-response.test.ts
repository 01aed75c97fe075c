import { describe, expect, it } from 'vitest';
import {
  checkResponse,
  isHtmlName,
  looksLikeHtml,
  type RangeRequest,
} from '../../../src/adapters/store/transfer/check-response.ts';
import type { HttpResponse } from '../../../src/ports/http-client.ts';

const request: RangeRequest = {
  label: 'm.gguf',
  bytes: 100,
  offset: 0,
  end: 100,
  etag: null,
  tokenSent: false,
};
const url = 'https://hub.example/m.gguf';

/** Returns a response of the server that was asked first. */
function answer(status: number, headers: HttpResponse['headers']): HttpResponse {
  return { status, headers, url, hops: [{ url, status, headers }] };
}

const page = { 'content-type': 'text/html; charset=utf-8' };

describe('a response with status 200', () => {
  it.each([
    ['with the whole file', {}, { 'content-length': '100' }, { kind: 'append' }],
    ['without a length', {}, {}, { kind: 'append' }],
    ['to a request for the end', { offset: 40 }, { 'content-length': '100' }, { kind: 'restart' }],
    ['of another length', {}, { 'content-length': '99' }, { kind: 'retry', budget: 'content' }],
    ['with a page of unknown length', {}, page, { kind: 'retry', budget: 'html' }],
    [
      'with a page of another length',
      {},
      { ...page, 'content-length': '7' },
      { kind: 'retry', budget: 'html' },
    ],
    ['with the expected length as a page', {}, { ...page, 'content-length': '100' }, { kind: 'append' }],
    ['with a page that was requested', { label: 'index.htm' }, page, { kind: 'append' }],
  ])('%s is checked', (...[, change, headers, verdict]) => {
    expect(checkResponse({ ...request, ...change }, answer(200, headers))).toMatchObject(verdict);
  });
});

describe('a response with status 206', () => {
  it.each([
    ['bytes 40-99/100', { kind: 'append' }],
    ['bytes 40-69/100', { kind: 'append' }],
    ['bytes 40-99/*', { kind: 'append' }],
    ['bytes 41-99/100', { kind: 'retry', budget: 'content' }],
    ['bytes 40-100/*', { kind: 'retry', budget: 'content' }],
    ['bytes 40-39/100', { kind: 'retry', budget: 'content' }],
    ['bytes 40-99/101', { kind: 'retry', budget: 'content', drop: true }],
    ['', { kind: 'retry', budget: 'content' }],
  ])('and the range "%s" is checked', (range, verdict) => {
    const headers = range === '' ? {} : { 'content-range': range };
    expect(checkResponse({ ...request, offset: 40 }, answer(206, headers))).toMatchObject(verdict);
  });

  it('is rejected if the file changed', () => {
    const headers = { 'content-range': 'bytes 40-99/100', etag: '"b"' };
    const resumed = { ...request, offset: 40, etag: '"a"' };
    expect(checkResponse(resumed, answer(206, headers))).toMatchObject({ kind: 'retry', drop: true });
    expect(checkResponse({ ...resumed, etag: '"b"' }, answer(206, headers))).toEqual({ kind: 'append' });
  });
});

describe('a web page', () => {
  it.each(['a.html', 'a.htm', 'a.XHTML'])('is expected for the name %s', (name) => {
    expect(isHtmlName(name)).toBe(true);
  });

  it('is not expected for other names', () => {
    expect(['a.gguf', 'html', 'a.html.gguf'].map(isHtmlName)).toEqual([false, false, false]);
  });

  it.each([
    ['<!DOCTYPE html><p>', true],
    ['\n <html lang="en">', true],
    ['<htmlx>', false],
    ['GGUF<html>', false],
  ])('is detected in %j: %s', (text, isPage) => {
    expect(looksLikeHtml(Buffer.from(text))).toBe(isPage);
  });
});
