import sharp, { type Sharp } from 'sharp';

/** What becomes of pictures that are posted again, each as the bytes of a file from those of another. */
export const ALTERATIONS: Readonly<Record<string, (picture: Uint8Array) => Promise<Uint8Array>>> = {
  'JPEG at quality 30': (picture) => sharp(picture).jpeg({ quality: 30 }).toBuffer(),
  'half the size': (picture) => scaled(picture, 0.5),
  'a quarter of the size': (picture) => scaled(picture, 0.25),
  grey: (picture) => bytesOf(sharp(picture).greyscale()),
  'brighter by a quarter': (picture) => bytesOf(sharp(picture).modulate({ brightness: 1.25 })),
  blurred: (picture) => bytesOf(sharp(picture).blur(3)),
  mirrored: (picture) => bytesOf(sharp(picture).flop()),
  'turned by 90°': (picture) => bytesOf(sharp(picture).rotate(90)),
  'turned by 5°': (picture) => bytesOf(sharp(picture).rotate(5, { background: 'black' })),
  'a caption over the lowest tenth': (picture) => captioned(picture, 0.1),
  'a caption over the lowest fifth': (picture) => captioned(picture, 0.2),
  'a border of 5%': (picture) => bordered(picture, 0.05),
  'a border of 10%': (picture) => bordered(picture, 0.1),
  '2% cut from each side': (picture) => cropped(picture, 0.02),
  '5% cut from each side': (picture) => cropped(picture, 0.05),
  '10% cut from each side': (picture) => cropped(picture, 0.1),
};

/** A drawing as a PNG. */
export function drawn(svg: string): Promise<Uint8Array> {
  return bytesOf(sharp(Buffer.from(svg)).flatten({ background: 'white' }));
}

function bytesOf(picture: Sharp): Promise<Uint8Array> {
  return picture.png().toBuffer();
}

async function scaled(picture: Uint8Array, share: number): Promise<Uint8Array> {
  const { width } = await sharp(picture).metadata();
  return bytesOf(sharp(picture).resize({ width: Math.round(width * share) }));
}

async function cropped(picture: Uint8Array, share: number): Promise<Uint8Array> {
  const { width, height } = await sharp(picture).metadata();
  const [left, top] = [Math.round(width * share), Math.round(height * share)];
  return bytesOf(sharp(picture).extract({ left, top, width: width - 2 * left, height: height - 2 * top }));
}

async function bordered(picture: Uint8Array, share: number): Promise<Uint8Array> {
  const { width, height } = await sharp(picture).metadata();
  const [across, down] = [Math.round(width * share), Math.round(height * share)];
  return bytesOf(
    sharp(picture).extend({ left: across, right: across, top: down, bottom: down, background: 'black' }),
  );
}

async function captioned(picture: Uint8Array, share: number): Promise<Uint8Array> {
  const { width, height } = await sharp(picture).metadata();
  const band = Math.round(height * share);
  const input = { create: { width, height: band, channels: 3, background: 'black' } } as const;
  return bytesOf(sharp(picture).composite([{ input, left: 0, top: height - band }]));
}
