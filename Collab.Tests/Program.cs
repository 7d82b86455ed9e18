using Collab.Tests.Log;

// The tests' own child processes, for what must be seen from outside: a process that ends without warning. Test runners load this
// assembly as a library and never come here.
return args is ["append", var path, var seed] ? await AppendUntilKilled.RunAsync(path, int.Parse(seed)) : 2;
