import { Badge, Tooltip } from '@mantine/core';
import { type CopyOfText, type Verdict } from '@vigil/contracts';
import { Copy } from 'lucide-react';
import { counted, decimal } from '../words/format.js';
import { useCampaign } from './campaigns.js';
import classes from './hits.module.css';

const HOW: Record<CopyOfText['how'], string> = {
  exact: 'word for word',
  near: 'near copy',
  passage: 'a passage of it',
};

/** `87% of it, near copy`. */
export function copyWords({ how, share }: CopyOfText): string {
  return how === 'exact' ? HOW.exact : `${decimal(share * 100)}% of it, ${HOW[how]}`;
}

/** Which known text a post copies, and how often and where it was posted. */
export function Reposts({ verdict }: { readonly verdict: Verdict }) {
  const { reuse } = verdict;
  const campaign = useCampaign(verdict.cluster);
  const isRepost = campaign !== undefined && campaign.posts > 1;
  if (!reuse && !isRepost) return null;
  return (
    <p className={classes.reposts}>
      <Copy size={13} aria-hidden />
      {reuse && (
        <span>
          Known text: <bdi>{reuse.label}</bdi>, {copyWords(reuse)}
        </span>
      )}
      {reuse && isRepost && <span aria-hidden>·</span>}
      {isRepost && (
        <span>
          {counted(campaign.posts, 'repost')} in {counted(campaign.sources, 'source')}
          {campaign.languages > 1 && ` and ${counted(campaign.languages, 'language')}`}
        </span>
      )}
      {isRepost && campaign.coordinated && (
        <Tooltip
          label="Five sources or three languages each had it for the first time within 24 hours"
          multiline
          maw={300}
          events={{ hover: true, focus: true, touch: true }}
        >
          <Badge variant="outline" tabIndex={0}>
            Coordinated
          </Badge>
        </Tooltip>
      )}
    </p>
  );
}
