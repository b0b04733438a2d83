import type { Hit } from '@vigil/contracts';
import { CopyValue } from '../pieces/CopyValue.js';
import { useMay } from '../session/session.js';
import { decimal, utc } from '../words/format.js';
import { AddToBank } from './AddToBank.js';
import classes from './hits.module.css';

/** Ids, hashes and exact times: for reports and for the record, never first. */
export function HitDetails({ hit }: { readonly hit: Hit }) {
  const { post, verdict } = hit;
  const may = useMay();
  return (
    <>
      <dl className={classes.details}>
        <Row name="Post id">
          <CopyValue value={post.id} label="post id" />
        </Row>
        {post.permalink !== null && (
          <Row name="Address">
            <CopyValue value={post.permalink} label="address" />
          </Row>
        )}
        {post.capture !== null && (
          <Row name="Capture, SHA-256">
            <CopyValue value={post.capture} label="hash" />
          </Row>
        )}
        {post.author.nativeId !== null && (
          <Row name="Author id">
            <CopyValue value={post.author.nativeId} label="author id" />
          </Row>
        )}
        <Row name="Published">
          {post.publishedAt === null ? 'The origin does not say' : utc(post.publishedAt)}
        </Row>
        <Row name="Collected">{utc(post.collectedAt)}</Row>
        <Row name="First seen">{utc(hit.firstSeenAt)}</Row>
        <Row name="Revision, ruleset">
          {post.revision}, {verdict.ruleset}
        </Row>
        <Row name="Score">about {decimal(verdict.score * 100)} of 100</Row>
      </dl>
      {may('banks.write') && <AddToBank hit={hit} />}
    </>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="numbers">{children}</dd>
    </div>
  );
}
