/** The artifact service: names are taken once, blobs arrive in blocks, and what is finalised must be what was sent. */
import { createHash } from 'node:crypto';
import type { Answer } from './types.js';

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
}

interface Blob {
  readonly name: string;
  readonly mimeType: string;
  readonly blocks: Map<string, Buffer>;
  bytes: Buffer | null;
}

export class ArtifactStore {
  /** Finalised ones, by name. */
  readonly finished = new Map<string, Artifact>();
  readonly #blobs: Blob[] = [];

  create(request: { name: string; mime_type?: string }, origin: string): Answer {
    if (this.#blobs.some((blob) => blob.name === request.name)) {
      const msg = 'an artifact with this name already exists on the workflow run';
      return { status: 409, body: { code: 'already_exists', msg } };
    }
    this.#blobs.push({
      name: request.name,
      mimeType: request.mime_type ?? '',
      blocks: new Map(),
      bytes: null,
    });
    return {
      status: 200,
      body: { ok: true, signed_upload_url: `${origin}/blob/${this.#blobs.length}?sig=s1gn%2Bed` },
    };
  }

  put(number: number, query: URLSearchParams, bytes: Buffer): Answer {
    const blob = this.#blobs[number - 1];
    if (!blob) return { status: 404, body: null };
    if (query.get('comp') === 'block') {
      blob.blocks.set(query.get('blockid') ?? '', bytes);
    } else {
      const ids = [...bytes.toString('utf8').matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(
        (match) => match[1] as string,
      );
      blob.bytes = Buffer.concat(ids.map((id) => blob.blocks.get(id) ?? Buffer.alloc(0)));
    }
    const headers = {
      etag: '"0x1"',
      'last-modified': new Date(0).toUTCString(),
      'x-ms-version': '2025-05-05',
    };
    return { status: 201, headers, body: null };
  }

  /** @returns the answer, or what is wrong with the claim */
  finalize(request: { name: string; size: string; hash: string }): Answer | string {
    const blob = this.#blobs.find((candidate) => candidate.name === request.name);
    if (!blob?.bytes) return `FinalizeArtifact: ${request.name} was not uploaded`;
    const hash = `sha256:${createHash('sha256').update(blob.bytes).digest('hex')}`;
    if (hash !== request.hash || Number(request.size) !== blob.bytes.length) {
      return `FinalizeArtifact: ${request.name} has ${blob.bytes.length} bytes and ${hash}, not ${request.size} and ${request.hash}`;
    }
    const id = 7000 + this.finished.size + 1;
    this.finished.set(blob.name, { id, name: blob.name, mimeType: blob.mimeType, bytes: blob.bytes });
    return { status: 200, body: { ok: true, artifact_id: String(id) } };
  }
}
