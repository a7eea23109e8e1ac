// What the build knows.
declare const PAGE: boolean;
declare const VERSION: string;
