import { describe, expect, it } from 'vitest';
import { imageFailure } from './image-failure.ts';

describe('an image that can not be pulled', () => {
  it.each(['nginx', 'nginx:1.29', 'localhost:5000/a/b:1', 'Registry.Example/app:1', 'a/b@sha256:'.padEnd(76, '0'), 'x/missing:1'])(
    'is not %s',
    (image) => expect(imageFailure(image)).toBeUndefined(),
  );

  it.each([
    ['nginx:missing', 'ErrImagePull', 'docker.io/library/nginx:missing: not found'],
    ['me/app:missing', 'ErrImagePull', '"docker.io/me/app:missing": docker.io/me/app:missing: not found'],
    [
      'registry.invalid/app',
      'ErrImagePull',
      'Head "https://registry.invalid/v2/app/manifests/latest": dial tcp: lookup registry.invalid: no such host',
    ],
    ['does.not.exist/app:1', 'ErrImagePull', 'dial tcp: lookup does.not.exist: no such host'],
    ['Not An Image', 'InvalidImageName', 'invalid reference format'],
    ['shop/App:1', 'InvalidImageName', "couldn't parse image name"],
    ['', 'InvalidImageName', 'invalid reference format'],
  ])('is %j: %s', (image, reason, text) => {
    expect(imageFailure(image)).toMatchObject({ reason, message: expect.stringContaining(text) as unknown });
  });
});
