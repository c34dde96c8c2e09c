/** The versions of the REST interfaces that the driver speaks. */
export const API = {
  compute: '2024-11-01',
  containerService: '2025-03-01',
  web: '2024-04-01',
  network: '2024-07-01',
  netApp: '2025-01-01',
  storage: '2024-01-01',
  postgresqlSingle: '2017-12-01',
  postgresqlFlexible: '2022-12-01',
  keyVault: '7.4',
} as const;
