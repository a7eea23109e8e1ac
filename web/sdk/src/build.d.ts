// What the build knows.
declare const VERSION: string;
