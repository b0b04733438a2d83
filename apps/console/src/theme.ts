import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** The one accent: a quiet blue, at least 4.5:1 on white from the sixth shade. */
const accent: MantineColorsTuple = [
  '#eef3f9',
  '#dce6f0',
  '#b7cce2',
  '#8fb0d3',
  '#6c97c4',
  '#4375a8',
  '#386a9e',
  '#2f5c8c',
  '#264c75',
  '#1c3a5b',
];

/** Mantine's greys of the dark scheme, with the little blue that the page's own have (page.css). */
const dark: MantineColorsTuple = [
  '#e4e7ea',
  '#c3c9cf',
  '#a1abb5',
  '#6b757f',
  '#424a52',
  '#323940',
  '#20262b',
  '#1a1e22',
  '#14171a',
  '#0e1113',
];

/**
 * Fonts that machines have, in the order that covers most scripts: the system's own for the interface, then Noto
 * for what it lacks (Arabic, Urdu, Persian, Bengali, Devanagari, Tamil, CJK). Nothing is fetched.
 */
export const FONTS = [
  'system-ui',
  '-apple-system',
  '"Segoe UI"',
  'Roboto',
  '"Noto Sans"',
  '"Noto Sans Arabic"',
  '"Noto Naskh Arabic"',
  '"Noto Sans Bengali"',
  '"Noto Sans Devanagari"',
  '"Noto Sans Tamil"',
  '"Noto Sans CJK SC"',
  'sans-serif',
].join(', ');

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 5 },
  colors: { accent, dark },
  fontFamily: FONTS,
  headings: { fontFamily: FONTS, fontWeight: '600' },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Tooltip: { defaultProps: { openDelay: 250, transitionProps: { duration: 100 }, withArrow: false } },
    Button: { defaultProps: { size: 'xs', fw: 500 } },
    Input: { styles: { input: { fontFamily: FONTS } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Badge: {
      defaultProps: { tt: 'none', fw: 500, radius: 'sm' },
      styles: { root: { background: 'var(--v-weighed)', color: 'var(--v-text)' } },
    },
    TextInput: { defaultProps: { size: 'sm' } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
    Modal: { defaultProps: { transitionProps: { duration: 120 } } },
  },
});

/** Mantine's own colours for quiet text and errors are too faint for small print (below 4.5:1): the page's stand in. */
export const variables: CSSVariablesResolver = () => {
  const ours = {
    '--mantine-color-dimmed': 'var(--v-text-2)',
    '--mantine-color-text': 'var(--v-text)',
    '--mantine-color-error': 'var(--v-late)',
    '--mantine-color-placeholder': 'var(--v-placeholder)',
    '--mantine-color-body': 'var(--v-pane)',
    '--mantine-color-default-border': 'var(--v-line-strong)',
  };
  return { variables: {}, light: ours, dark: ours };
};
