global using Collab.Contracts;
global using Orleans;
