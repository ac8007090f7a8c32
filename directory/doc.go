// Package directory shows the staff directories of all vendors through one interface: departments, their members, a user by id,
// in the words of SCIM (RFC 7643), with the vendor's own value in Raw.
//
//	d := directory.WeCom(client)
//	for user, err := range directory.Walk(ctx, d, directory.WalkOptions{}) {
//		if err != nil {
//			return err // says how far the walk got; what came before it is not the whole company
//		}
//		sync(user.UserName, user.DisplayName, user.Active, user.Departments)
//	}
//
// [Walk] visits all departments, several at a time and within the vendor's quota, and yields each user once with all
// departments. It holds one page for each worker and the ids that it has seen, not the company.
//
// No vendor gives a snapshot: somebody who is moved, while the walk is under way, from a department that has not been read to one
// that has been, is not seen. Run the walk again when that matters; every run stands for itself.
package directory
