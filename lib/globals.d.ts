/** The version in package.json, put in by the build. */
declare const CCM_VERSION: string;
