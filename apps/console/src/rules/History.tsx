import { Button, Skeleton } from '@mantine/core';
import type { PackVersion, PackView } from '@vigil/contracts';
import { useState } from 'react';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { SidePanel } from '../pieces/SidePanel.js';
import { Time } from '../pieces/Time.js';
import { useMay } from '../session/session.js';
import { PackDifference } from './PackDifference.js';
import { usePackDiff, usePackVersions, useRollBack } from './pack-life.js';
import classes from './life.module.css';

interface Props {
  readonly pack: PackView;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** All versions of a pack, what each changed, and the way back to an earlier one. */
export function History({ pack, opened, onClose }: Props) {
  return (
    <SidePanel
      opened={opened}
      onClose={onClose}
      width={860}
      title={
        <>
          Versions of <bdi>{pack.title}</bdi>
        </>
      }
    >
      {opened && <Versions pack={pack} />}
    </SidePanel>
  );
}

function Versions({ pack }: { readonly pack: PackView }) {
  const query = usePackVersions(pack.name);
  const [chosen, setChosen] = useState(pack.version);
  if (query.isError)
    return (
      <ProblemNote
        what="The versions could not be read"
        error={query.error}
        retry={() => void query.refetch()}
      />
    );
  if (query.isPending) return <Skeleton height={240} />;
  const version = query.data.find((one) => one.version === chosen);
  return (
    <div className={classes.history}>
      <ol className={classes.versions} aria-label="Versions">
        {query.data.map((one) => (
          <li key={one.version}>
            <button
              type="button"
              aria-current={one.version === chosen}
              onClick={() => setChosen(one.version)}
            >
              <strong>
                Version {one.version}
                {one.active && <span className={classes.inForce}>Live</span>}
              </strong>
              <span>
                <Time at={one.publishedAt} />
              </span>
              <span>
                <People version={one} />
              </span>
            </button>
          </li>
        ))}
      </ol>
      {version && (
        <div className={classes.chosen}>
          <Chosen key={version.version} pack={pack} version={version} />
        </div>
      )}
    </div>
  );
}

/** Who published a version, and who approved it. */
export function People({
  version: { publishedBy, approvedBy },
}: {
  readonly version: Pick<PackVersion, 'publishedBy' | 'approvedBy'>;
}) {
  return (
    <>
      by <bdi>{publishedBy}</bdi>
      {approvedBy !== null && (
        <>
          , approved by <bdi>{approvedBy}</bdi>
        </>
      )}
    </>
  );
}

/** A version against the one before; or, where somebody means to roll back to it, against the live one. */
function Chosen({ pack, version }: { readonly pack: PackView; readonly version: PackVersion }) {
  const [rollingBack, setRollingBack] = useState(false);
  const { version: number } = version;
  const diff = usePackDiff(pack.name, number, rollingBack ? pack.version : undefined);
  const may = useMay();
  return (
    <>
      <h2 className={classes.panelPart}>
        {rollingBack
          ? `What rolling back from version ${pack.version} to ${number} changes`
          : number === 1
            ? 'The first version'
            : `What version ${number} changed against version ${number - 1}`}
      </h2>
      {rollingBack ? (
        <RollBack pack={pack} version={number} onDone={() => setRollingBack(false)} />
      ) : (
        may('packs.publish') && (
          <div className={classes.buttons}>
            {!version.active && (
              <Button variant="default" onClick={() => setRollingBack(true)}>
                Roll back to version {number}
              </Button>
            )}
            <Button
              component="a"
              variant="default"
              href={`/api/packs/${encodeURIComponent(pack.name)}/export?version=${number}`}
              download={`${pack.name}-${number}.json`}
              title="One document with this organisation’s signature, for another one to import"
            >
              Export signed
            </Button>
          </div>
        )
      )}
      <PackDifference query={diff} />
    </>
  );
}

interface RollBackProps {
  readonly pack: PackView;
  readonly version: number;
  readonly onDone: () => void;
}

/** What rolling back means, before it is done. */
function RollBack({ pack, version, onDone }: RollBackProps) {
  const rollBack = useRollBack(pack.name);
  return (
    <div className={classes.confirm} role="group" aria-label={`Roll back to version ${version}`}>
      <p>
        Version {version} replaces version {pack.version} on every classifier within seconds, without a second
        person’s approval. Posts judged until then stay as they are, and you can go forward again in the same
        way.
      </p>
      {rollBack.isError && <p role="alert">{rollBack.error.message}</p>}
      <div className={classes.buttons}>
        <Button loading={rollBack.isPending} onClick={() => rollBack.mutate(version, { onSuccess: onDone })}>
          Roll back now
        </Button>
        <Button variant="default" onClick={onDone}>
          Keep version {pack.version}
        </Button>
      </div>
    </div>
  );
}
