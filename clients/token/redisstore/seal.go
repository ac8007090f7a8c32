package redisstore

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
)

// sealed is in front of every encrypted value, and of nothing else: a record begins with a brace.
const sealed = "\x01"

// seals encrypt values and decrypt them. Without a key they do nothing.
type seals []cipher.AEAD

func newSeals(keys [][]byte) (seals, error) {
	var all seals
	for i, key := range keys {
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("redisstore: Options.Keys[%d] has %d bytes: want 16, 24 or 32", i, len(key))
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("redisstore: Options.Keys[%d]: %w", i, err)
		}
		all = append(all, aead)
	}
	return all, nil
}

// seal encrypts a value. It is bound to its key in Redis, so that it cannot be put in another's place.
func (s seals) seal(name string, value []byte) []byte {
	if len(s) == 0 {
		return value
	}
	//nolint:gosec // the nonce is random, and the cipher's own business: see NewGCMWithRandomNonce
	return s[0].Seal([]byte(sealed), nil, value, []byte(name))
}

// open decrypts a value with whichever key fits.
func (s seals) open(name string, value []byte) ([]byte, bool) {
	encrypted, ok := bytes.CutPrefix(value, []byte(sealed))
	if len(s) == 0 || !ok {
		return value, len(s) == 0 && !ok
	}
	for _, aead := range s {
		if plain, err := aead.Open(nil, nil, encrypted, []byte(name)); err == nil {
			return plain, true
		}
	}
	return nil, false
}
