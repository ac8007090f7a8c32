package anonymize

import (
	"crypto/hmac"
	"crypto/sha256"
	"math/big"
)

// permuter replaces values by others of the same shape, one to one and always the same for a key, by a Feistel network
// over the numbers that stand for all values of a shape. Two values never become one, so that what is the same stays
// the same and what is not does not.
type permuter struct{ key []byte }

const feistelRounds = 8

// another maps x, 0 <= x < n, to another such number, never to itself if there is a second one: all numbers of a shape
// stand in a ring, in an order that only the key tells, and each is replaced by the next. The tweak makes each shape's
// ring another one.
func (p *permuter) another(n, x *big.Int, tweak string) *big.Int {
	at := p.walk(n, x, tweak, p.back)
	at.Add(at, big.NewInt(1)).Mod(at, n)
	return p.walk(n, at, tweak, p.forth)
}

// walk goes through the network until it comes back below n: the network works on a power of two, which is at most four
// times n.
func (p *permuter) walk(n, x *big.Int, tweak string,
	through func(x *big.Int, half uint, tweak string) *big.Int) *big.Int {
	half := uint(n.BitLen()+1) / 2
	for {
		if x = through(x, half, tweak); x.Cmp(n) < 0 {
			return x
		}
	}
}

func (p *permuter) forth(x *big.Int, half uint, tweak string) *big.Int {
	left, right, mask := halves(x, half)
	for round := range feistelRounds {
		f := p.round(right, tweak, round)
		left, right = right, f.And(f, mask).Xor(f, left)
	}
	return left.Or(left.Lsh(left, half), right)
}

func (p *permuter) back(x *big.Int, half uint, tweak string) *big.Int {
	left, right, mask := halves(x, half)
	for round := feistelRounds - 1; round >= 0; round-- {
		f := p.round(left, tweak, round)
		left, right = f.And(f, mask).Xor(f, right), left
	}
	return left.Or(left.Lsh(left, half), right)
}

func halves(x *big.Int, half uint) (left, right, mask *big.Int) {
	mask = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), half), big.NewInt(1))
	return new(big.Int).Rsh(x, half), new(big.Int).And(x, mask), mask
}

func (p *permuter) round(x *big.Int, tweak string, round int) *big.Int {
	return new(big.Int).SetBytes(p.sum("round", tweak, string([]byte{byte(round)}), string(x.Bytes())))
}

// sum is a keyed hash of parts.
func (p *permuter) sum(parts ...string) []byte {
	mac := hmac.New(sha256.New, p.key)
	for _, part := range parts {
		mac.Write([]byte{byte(len(part) >> 8), byte(len(part))})
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}
