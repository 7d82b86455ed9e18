return await Collab.Stress.StressCommand.InvokeAsync(args);
