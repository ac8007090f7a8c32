package wecom

import (
	"context"
	"iter"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wecomapi"
)

// Tags yields the corp's tags (标签) with their ids and names, once each; GetTag tells who is in one. It is one call:
// WeCom does not page this list. Third-party apps see the tags that they have created. With both secrets the contact
// sync's is taken, which sees every member of a tag; clients.WithScheme(ctx, "appToken") takes the app's.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/90216
func (c *Client) Tags(ctx context.Context) iter.Seq2[wecomapi.Tag, error] {
	return clients.List(ctx, vendor, wecomapi.OpListTag.ID, func(tag wecomapi.Tag) int64 { return int64(tag.TagID) },
		func(ctx context.Context, _ string) (clients.Page[wecomapi.Tag], error) {
			answer, err := c.ListTag(ctx)
			if err != nil {
				return clients.Page[wecomapi.Tag]{}, err
			}
			return clients.Page[wecomapi.Tag]{Items: answer.TagList}, nil
		})
}
