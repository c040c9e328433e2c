import { expect, test } from 'vitest';
import { parseMavenPath } from '../../../src/modules/maven/maven-path.js';

const ROOT = 'de/oceanlabs/mcp';
const FILE = `${ROOT}/mcp_snapshot_nodoc/20201028-1.16.3/mcp_snapshot_nodoc-20201028-1.16.3`;

test.each([
  [`${ROOT}/versions.json`, { of: 'VERSIONS_JSON' }],
  [`${ROOT}/mcp_stable/maven-metadata.xml`, { of: 'METADATA', artifact: 'mcp_stable' }],
  [`${ROOT}/mcp_config/maven-metadata.xml`, { of: 'METADATA', artifact: 'mcp_config' }],
  [
    `${FILE}.zip`,
    {
      of: 'ZIP',
      release: 'snapshot_20201028-1.16.3',
      fileName: 'mcp_snapshot_nodoc-20201028-1.16.3.zip',
      documentation: false,
    },
  ],
  [
    `${FILE}.pom`,
    {
      of: 'POM',
      artifact: 'mcp_snapshot_nodoc',
      version: '20201028-1.16.3',
      base: { release: 'snapshot_20201028-1.16.3' },
    },
  ],
  [`${ROOT}/mcp/1.12.2/mcp-1.12.2-srg.zip`, { of: 'MCP_ZIP', version: '1.12.2', mappings: 'SRG' }],
  [`${ROOT}/mcp/1.12.2/mcp-1.12.2-csrg.zip`, { of: 'MCP_ZIP', version: '1.12.2', mappings: 'CSRG' }],
  [`${ROOT}/mcp_config/1.12.2/mcp_config-1.12.2.zip`, { of: 'MCP_CONFIG_ZIP', version: '1.12.2' }],
])('%s', (path, file) => {
  expect(parseMavenPath(path)).toEqual({ file, checksum: null });
  for (const checksum of ['md5', 'sha1', 'sha256', 'sha512']) {
    expect(parseMavenPath(`${path}.${checksum}`)).toEqual({ file, checksum });
  }
});

test.each([
  '',
  '/',
  ROOT,
  `${ROOT}/`,
  `/${ROOT}/versions.json`,
  `${ROOT}//versions.json`,
  `${ROOT}/./versions.json`,
  `${ROOT}/mcp/../versions.json`,
  `${ROOT}/versions.json.asc`,
  `${ROOT}/versions.json.sha1.sha1`,
  `${ROOT}/VERSIONS.JSON`,
  `${ROOT}/maven-metadata.xml`,
  `${ROOT}/mcp_snapshot`,
  `${ROOT}/mcp_snapshot/`,
  `${ROOT}/mcp_snapshot/20201028-1.16.3/`,
  `${ROOT}/mcp_snapshot/20201028-1.16.3/maven-metadata.xml`,
  `${ROOT}/mcp_snapshot/20201028-1.16.3/mcp_stable-20201028-1.16.3.zip`,
  `${ROOT}/mcp_snapshot/20201028-1.16.3/mcp_snapshot-20201029-1.16.3.zip`,
  `${ROOT}/mcp_snapshot/20201028-1.16.3/mcp_snapshot-20201028-1.16.3.jar`,
  `${ROOT}/mcp_snapshot/20201028-1.16.3/mcp_snapshot-20201028-1.16.3-srg.zip`,
  `${ROOT}/mcp_snapshot/20201028-1.16.3/mcp_snapshot-20201028-1.16.3.zip/`,
  `${ROOT}/mcp_beta/1-1.0/mcp_beta-1-1.0.zip`,
  `${ROOT}/mcp/1.12.2/mcp-1.12.2.zip`,
  `${ROOT}/mcp_config/1.12.2/mcp_config-1.12.2-srg.zip`,
  `${ROOT}/constructor/x/constructor-x.zip`,
  'net/minecraftforge/forge/maven-metadata.xml',
])('nothing is at %j', (path) => {
  expect(parseMavenPath(path)).toBeNull();
});
