// Package scimclient reads and writes the resources of a SCIM 2.0 server, as far as a sync needs that: it lists
// externalIds, adds, and changes by GET and PUT, so that what the sync does not know of stays.
package scimclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
)

// The schemas of RFC 7643 that a sync writes.
const (
	UserSchema  = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group"
	Enterprise  = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// Resource is a user or a group as the server has it.
type Resource map[string]any

// Set gives an attribute a value. One that is empty is left out, as RFC 7643 wants it.
func (r Resource) Set(name string, value any) {
	if v := reflect.ValueOf(value); !v.IsValid() || (v.Kind() != reflect.Bool && v.IsZero()) ||
		(v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0 {
		delete(r, name)
		return
	}
	r[name] = value
}

// Client speaks to one server.
type Client struct {
	Base  string // URL, without a slash at its end
	Token string
	HTTP  *http.Client
}

// Index lists a kind of resource: the server's ids by externalId.
func (c *Client) Index(ctx context.Context, path string) (map[string]string, error) {
	all := make(map[string]string)
	for start := 1; ; {
		var page struct {
			TotalResults int
			Resources    []struct{ ID, ExternalID string }
		}
		query := fmt.Sprintf("%s?startIndex=%d&count=100&attributes=externalId", path, start)
		if err := c.call(ctx, http.MethodGet, query, nil, &page); err != nil {
			return nil, err
		}
		for _, r := range page.Resources {
			if r.ExternalID != "" {
				all[r.ExternalID] = r.ID
			}
		}
		if start += len(page.Resources); start > page.TotalResults {
			return all, nil
		}
		if len(page.Resources) == 0 {
			return nil, errors.New("the server's list ended before its end")
		}
	}
}

// Add makes a resource and returns its id.
func (c *Client) Add(ctx context.Context, path string, r Resource) (string, error) {
	var added struct{ ID string }
	if err := c.call(ctx, http.MethodPost, path, r, &added); err != nil {
		return "", err
	}
	if added.ID == "" {
		return "", errors.New("the server gave no id")
	}
	return added.ID, nil
}

// Edit changes a resource, if that changes anything.
func (c *Client) Edit(ctx context.Context, path string, change func(Resource)) error {
	var before, after Resource
	if err := c.call(ctx, http.MethodGet, path, nil, &before); err != nil {
		return err
	}
	r := maps.Clone(before)
	change(r)
	r["schemas"] = before["schemas"]
	if _, ok := r[Enterprise]; ok {
		r["schemas"] = []string{UserSchema, Enterprise}
	}
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &after); err != nil { // in the types of before
		return err
	}
	if reflect.DeepEqual(before, after) {
		return nil
	}
	delete(r, "meta")
	return c.call(ctx, http.MethodPut, path, r, nil)
}

func (c *Client) call(ctx context.Context, method, path string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.Base+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	if body == nil {
		req.Body, req.ContentLength = nil, 0
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/scim+json")
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		detail, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, detail)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}
