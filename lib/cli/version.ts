/** Put in by the build, from package.json. */
declare const CCM_VERSION: string;

export const VERSION: string = CCM_VERSION;
